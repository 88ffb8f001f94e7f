"""What people look at after training: tables, pictures, and the report folder."""
