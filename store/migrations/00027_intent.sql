-- +goose Up

-- How much the customer wants to buy, from 1 to 5, as whoever met them judges. Null where nobody said.

ALTER TABLE interactions ADD COLUMN intent smallint;
ALTER TABLE interactions ADD CONSTRAINT interactions_intent_check CHECK (intent BETWEEN 1 AND 5);
