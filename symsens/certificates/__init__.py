"""Evidence written down as JSON. Law: a pure function of the result; nothing here searches."""
