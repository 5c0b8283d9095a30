"""The page patients use. Shows what the assistant answers; decides nothing about answers itself."""
