// Likes, profiles and the list with Express and the AWS SDK, one process for each core.
import cluster from "node:cluster";
import { DynamoDBClient, GetItemCommand, UpdateItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import express from "express";

const { DDB_TABLE_NAME: TableName, PORT, WORKERS } = process.env;

if (cluster.isPrimary) {
  for (let worker = 0; worker < Number(WORKERS); worker++) cluster.fork();
} else {
  // As many connections as one process has requests under way; more would only wait in the data store.
  const dynamodb = new DynamoDBClient({ requestHandler: { httpAgent: { keepAlive: true, maxSockets: 128 } } });
  const app = express();
  // Two headers that nobody asked for, and a hash of every answer.
  app.disable("x-powered-by").disable("etag");

  app.get("/health", (_, response) => response.json({ status: "ok" }));
  app.get("/nothing", (_, response) => response.json({ Update: "Success" }));

  app.post("/mysfits/:id/like", async ({ params }, response) => {
    try {
      const { Attributes } = await dynamodb.send(
        new UpdateItemCommand({
          TableName,
          Key: { MysfitId: { S: params.id } },
          UpdateExpression: "ADD Likes :one",
          ConditionExpression: "attribute_exists(MysfitId)",
          ExpressionAttributeValues: { ":one": { N: "1" } },
          ReturnValues: "UPDATED_NEW",
        }),
      );
      response.json({ Update: "Success", likes: Number(Attributes.Likes.N) });
    } catch (error) {
      if (error.name !== "ConditionalCheckFailedException") throw error;
      response.status(404).json({ title: "No such mysfit" });
    }
  });

  app.get("/mysfits/:id", async ({ params }, response) => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({ TableName, Key: { MysfitId: { S: params.id } }, ConsistentRead: true }),
    );
    if (!Item) return response.status(404).json({ title: "No such mysfit" });
    response.json({
      ...listed(Item),
      description: Item.Description.S,
      profileImageUri: Item.ProfileImageUri.S,
    });
  });

  app.get("/mysfits", async (_, response) => {
    const mysfits = [];
    for await (const page of paginateScan({ client: dynamodb }, { TableName })) {
      mysfits.push(...page.Items.map(listed));
    }
    response.json({ mysfits: mysfits.sort(byName) });
  });

  app.listen(Number(PORT), "127.0.0.1");
}

const listed = (item) => ({
  mysfitId: item.MysfitId.S,
  name: item.Name.S,
  goodevil: item.GoodEvil.S,
  lawchaos: item.LawChaos.S,
  species: item.Species.S,
  thumbImageUri: item.ThumbImageUri.S,
  age: Number(item.Age.N),
  likes: Number(item.Likes?.N ?? 0),
  adopted: item.Adopted?.BOOL ?? false,
});

const key = ({ name, mysfitId }) => `${name} ${mysfitId}`;
const byName = (one, other) => (key(one) < key(other) ? -1 : 1);
