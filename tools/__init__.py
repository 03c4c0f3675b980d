"""What makes the data of the repository; no part of the wheel."""
