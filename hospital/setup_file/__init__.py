"""The set-up of a hospital in one TOML file: departments, places, kinds of visit, doctors and hours, templates."""
