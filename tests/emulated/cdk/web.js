// A service: it answers with its VERSION, and a bad one ends at once.
if (process.env.VERSION === "bad") throw new Error("bad");
const server = require("node:http").createServer((_request, response) => response.end(process.env.VERSION));
server.keepAliveTimeout = 75000;
process.on("SIGTERM", () => server.close(() => process.exit(0)));
server.listen(process.env.PORT);
