"""Series: slots planned together, changed together, or taken back together, and never over the heads of people."""
