"""Report: staging, the engines that render, and the store of finished reports."""
