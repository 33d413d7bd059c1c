"""The commands of the command line. Law: options in, a public function asked, what it says printed; no mathematics."""
