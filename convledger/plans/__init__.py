"""The plan language: pricing plans as documents, what they count, and the credits they give."""
