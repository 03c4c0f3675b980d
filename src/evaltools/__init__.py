"""From a grant programme's final reports to a report that can be rerun, traced and challenged."""
