"""The datasets of a project: files in its folder, and those that its state database keeps."""
