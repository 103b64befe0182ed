"""Engines that run a plan."""
