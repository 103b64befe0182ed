"""Packages that offer something to metricspec: found by their metadata, held against a project's wishes and its lock, and
imported only then."""
