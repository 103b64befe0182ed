"""Reading: YAML files become documents, problems and a catalogue; what a person wrote never raises."""
