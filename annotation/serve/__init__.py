"""The annotation page: a small web server over a project's files."""
