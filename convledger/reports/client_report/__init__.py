"""The report of a month that is sent to a client: as Markdown, as a page of HTML, as CSV."""
