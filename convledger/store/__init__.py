"""SQLite: connections, tables, migrations, bulk writing, search."""
