"""People, organisations, projects and qualifications."""
