"""Schools held against schools like them: what outlier and similar_schools share."""
