"""What a person sees: tables, sentences, pictures. Law: nothing here decides; a sign says how a number is known."""
