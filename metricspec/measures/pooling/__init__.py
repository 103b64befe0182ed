"""One growth model for several districts, from the sums that each of them exports; no student row is needed."""
