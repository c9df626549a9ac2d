"""What was declared without sign-in and waits for the company's word."""
