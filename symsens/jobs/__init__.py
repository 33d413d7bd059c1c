"""What a user asks for, each a short pipeline. Law: jobs join what is below them and hold no mathematics."""
