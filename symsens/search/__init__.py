"""What finds ranks, relations and radii. Law: it returns its evidence and is never believed."""
