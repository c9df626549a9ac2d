"""Declarations as documents, pages and mails, in the reader's words."""
