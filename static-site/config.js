// The only place that names the API. Publishing writes its address here; an empty one means "the site's own origin".
export const apiUrl = "http://localhost:8000";
