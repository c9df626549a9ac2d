"""Pure: which law says what, what was typed, which membership is meant, what is given back."""
