const http = require("node:http");

const server = http.createServer((request, response) => response.end("notes 1\n"));
server.listen(process.env.PORT);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
