"""What the home pages show: what waits today, figures, risks (DESIGN §10). One module for each kind of reader."""
