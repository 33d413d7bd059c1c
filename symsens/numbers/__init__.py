"""Numbers and matrices, exact, enclosed and estimated. Law: nothing here knows an atom."""
