"""DynamoDB's rules that moto does not have: of keys, searches, transactions, capacity, expiry and throttling."""
