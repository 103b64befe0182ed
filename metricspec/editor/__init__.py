"""What an editor knows of specs: JSON Schemas for any editor of YAML, and a language server. It judges nothing by itself:
what is wrong with a spec is what reading says."""
