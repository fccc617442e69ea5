"""Where data comes from: installed packages, one's own files, generated tasks. Nothing is downloaded."""
