"""What several descriptors are made of: radial bases, angular couplings, the SOAP of the packages."""
