"""The catalogue as a static site: a page for each indicator and for everything that it refers to."""
