"""Report: staging, the engines that render, and the shelf where reports stand."""
