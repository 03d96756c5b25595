"""Where rows and original files are kept: the database and the object store."""
