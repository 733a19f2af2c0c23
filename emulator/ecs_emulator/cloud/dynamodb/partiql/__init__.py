"""PartiQL for DynamoDB: statements, and the operations on items that they stand for."""
