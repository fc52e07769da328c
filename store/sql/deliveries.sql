-- Ways out of the house: what people chose, other systems, and what became of each notice.

-- name: ChoiceColumns
-- In the order of scanChoice.
c.person_id, c.channel, c.active, COALESCE(c.address, ''), COALESCE(c.mention, ''), c.quiet_from, c.quiet_until, c.digests, c.at_once,
    c.kinds, COALESCE(c.language, ''), c.changed_by, c.changed_at, c.confirmed_at IS NOT NULL

-- name: ChannelChoices
SELECT {ChoiceColumns} FROM channel_choices c WHERE c.person_id = $1

-- name: LockChoices
-- Whoever chooses for the same person waits here.
SELECT name FROM users WHERE id = $1 FOR NO KEY UPDATE

-- name: AddChannelChange
INSERT INTO channel_changes (id, person_id, channel, former_address, address, changed_by, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)

-- name: ChannelChanges
SELECT channel, COALESCE(former_address, ''), COALESCE(address, ''), changed_by, changed_at FROM channel_changes
WHERE person_id = $1 ORDER BY changed_at DESC, id DESC LIMIT $2

-- name: PutChannelChoice
INSERT INTO channel_choices (person_id, channel, active, address, mention, quiet_from, quiet_until, digests, at_once, kinds, language, changed_by, changed_at, confirmed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, now(), CASE WHEN $13::boolean THEN now() END)
ON CONFLICT (person_id, channel) DO UPDATE SET active = EXCLUDED.active, address = EXCLUDED.address, mention = EXCLUDED.mention,
    quiet_from = EXCLUDED.quiet_from, quiet_until = EXCLUDED.quiet_until, digests = EXCLUDED.digests, at_once = EXCLUDED.at_once,
    kinds = EXCLUDED.kinds, language = EXCLUDED.language, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at,
    confirmed_at = EXCLUDED.confirmed_at
RETURNING changed_at

-- name: WebhookColumns
-- In the order of scanWebhook.
w.id, w.url, w.note, w.kinds, w.sealed, w.former_sealed, w.former_until, COALESCE(w.sealed_for, ''), w.active, COALESCE(w.stopped, ''), w.version,
    w.created_by, w.created_at, w.changed_by, w.changed_at

-- name: Webhooks
SELECT {WebhookColumns} FROM webhooks w ORDER BY w.id

-- name: Webhook
SELECT {WebhookColumns} FROM webhooks w WHERE w.id = $1

-- name: AddWebhook
-- One that is there already stays as it is: the request came again.
INSERT INTO webhooks (id, url, note, kinds, sealed, sealed_for, active, version, created_by, created_at, changed_by, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, true, 1, $7, now(), $7, now())
ON CONFLICT (id) DO NOTHING

-- name: LockWebhook
SELECT {WebhookColumns} FROM webhooks w WHERE w.id = $1 FOR UPDATE

-- name: PutWebhook
UPDATE webhooks SET url = $2, note = $3, kinds = $4, sealed = $5, former_sealed = $6, former_until = $7, sealed_for = $8, active = $9, stopped = $10,
    secret = NULL, former_secret = NULL, version = version + 1, changed_by = $11, changed_at = now()
WHERE id = $1
RETURNING version, changed_at

-- name: OpenSecrets
-- Of webhooks that an earlier release kept in clear.
SELECT id, secret, COALESCE(former_secret, '') FROM webhooks WHERE secret IS NOT NULL ORDER BY id

-- name: SealSecrets
UPDATE webhooks SET sealed = $3, former_sealed = $4, secret = NULL, former_secret = NULL WHERE id = $1 AND secret = $2

-- name: SealedElsewhere
-- Under another key: what is sealed begins with the mark of its key.
SELECT count(*) FROM webhooks WHERE substring(sealed FROM 1 FOR octet_length($1::bytea)) <> $1

-- name: DropSealed
UPDATE webhooks SET active = false, stopped = $2, sealed = NULL, former_sealed = NULL, former_until = NULL, sealed_for = NULL,
    version = version + 1, changed_at = now()
WHERE substring(sealed FROM 1 FOR octet_length($1::bytea)) <> $1

-- name: StopWebhook
UPDATE webhooks SET active = false, stopped = $2, version = version + 1, changed_at = now() WHERE id = $1 AND active

-- name: DeleteWebhook
DELETE FROM webhooks WHERE id = $1

-- name: LockRelayEnd
SELECT position FROM relay_end FOR UPDATE

-- name: SetRelayEnd
UPDATE relay_end SET position = $1

-- name: OutboxAhead
-- The next rows of the outbox with their kinds; without one the notice is not there any more.
SELECT o.position, o.notice_id, o.person_id, o.source, o.at, COALESCE(n.kind, m.kind, '')
FROM (SELECT * FROM outbox WHERE position > $1 ORDER BY position LIMIT $2) o
LEFT JOIN notifications n ON o.source = 'account' AND n.id = o.notice_id
LEFT JOIN person_notices m ON o.source = 'person' AND m.id = o.notice_id
ORDER BY o.position

-- name: ChoicesOfMany
SELECT {ChoiceColumns} FROM channel_choices c JOIN users u ON u.id = c.person_id AND u.active
WHERE c.person_id = ANY($1::text[]) AND c.channel = ANY($2::text[]) AND c.active

-- name: AddDeliveries
INSERT INTO deliveries (id, notice_id, source, kind, recipient, channel, at, state, next_at, address)
SELECT d.id, d.notice, d.source, d.kind, d.recipient, d.channel, d.at, 'waiting', d.next_at, NULLIF(d.address, '')
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::timestamptz[], $9::text[])
    d(id, notice, source, kind, recipient, channel, at, next_at, address)
ON CONFLICT DO NOTHING

-- name: ChannelsDue
-- When each channel has something to send. An attempt without an end is due at once: nobody but the channel's relay looks.
SELECT d.channel, GREATEST(d.next_at, COALESCE(p.until, d.next_at))
FROM (SELECT unnest($1::text[]) AS channel) k
CROSS JOIN LATERAL (
    SELECT d.channel, d.next_at FROM deliveries d
    WHERE d.channel = k.channel AND d.state IN ('waiting', 'attempting') ORDER BY d.next_at LIMIT 1
) d
LEFT JOIN channel_pauses p ON p.channel = d.channel
WHERE p.halted_at IS NULL

-- name: HaltChannel
-- The first no that halts it stays the reason.
INSERT INTO channel_pauses (channel, until, halted_at, reason, detail, settings) VALUES ($1, $2, $2, $3, $4, $5)
ON CONFLICT (channel) DO UPDATE SET halted_at = EXCLUDED.halted_at, reason = EXCLUDED.reason, detail = EXCLUDED.detail, settings = EXCLUDED.settings
WHERE channel_pauses.halted_at IS NULL

-- name: ChannelHalts
SELECT channel, halted_at, reason, COALESCE(detail, '') FROM channel_pauses WHERE halted_at IS NOT NULL ORDER BY channel

-- name: ResumeChannel
-- By hand, or because its settings are others than those that were refused.
UPDATE channel_pauses SET halted_at = NULL, reason = NULL, detail = NULL, settings = NULL, until = LEAST(until, now())
WHERE channel = $1 AND halted_at IS NOT NULL AND ($2::text IS NULL OR settings IS DISTINCT FROM $2)

-- name: PauseChannel
INSERT INTO channel_pauses (channel, until) VALUES ($1, $2)
ON CONFLICT (channel) DO UPDATE SET until = GREATEST(channel_pauses.until, EXCLUDED.until)

-- name: DeliveryColumns
-- In the order of deliveryFields.
d.id, d.notice_id, d.source, d.kind, d.recipient, d.channel, d.at, d.state, d.next_at, COALESCE(d.parcel, ''), d.attempts, d.failures,
    d.began_at, d.ended_at, COALESCE(d.reason, ''), COALESCE(d.detail, ''), COALESCE(d.handled_by, ''), d.handled_at,
    COALESCE(n.account_id, ''), COALESCE(a.number, '')

-- name: OutgoingColumns
-- In the order of scanOutgoing.
{DeliveryColumns}, COALESCE(p.name, ''), COALESCE(n.seq, 0), COALESCE(n.ref, m.ref, ''), COALESCE(n.due_at, m.due_at), COALESCE(m.args, '[]'),
    COALESCE(c.active, false), COALESCE(c.address, ''), COALESCE(c.mention, ''), COALESCE(c.quiet_from, 0), COALESCE(c.quiet_until, 0),
    COALESCE(c.digests, '{}'), COALESCE(c.at_once, 0), COALESCE(c.kinds, '{}'), COALESCE(c.language, ''),
    d.channel <> 'webhook' AND u.active IS NOT TRUE, COALESCE(n.recipient_id, m.person_id, ''), COALESCE(d.address, ''), c.confirmed_at IS NOT NULL

-- name: OutgoingTables
LEFT JOIN notifications n ON d.source = 'account' AND n.id = d.notice_id
LEFT JOIN person_notices m ON d.source = 'person' AND m.id = d.notice_id
LEFT JOIN accounts a ON a.id = n.account_id
LEFT JOIN account_profile p ON p.account_id = n.account_id
LEFT JOIN users u ON u.id = d.recipient
LEFT JOIN channel_choices c ON c.person_id = d.recipient AND c.channel = d.channel

-- name: OutgoingBegun
-- Attempts whose end nobody saw.
SELECT {OutgoingColumns} FROM deliveries d {OutgoingTables} WHERE d.channel = $1 AND d.state = 'attempting' ORDER BY d.parcel, d.at, d.id

-- name: OutgoingAgain
-- Messages that were tried before, whole: their members are written down.
SELECT {OutgoingColumns}
FROM (SELECT DISTINCT parcel FROM (
    SELECT parcel FROM deliveries WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 AND parcel IS NOT NULL ORDER BY next_at LIMIT $3) x) k
JOIN deliveries d ON d.parcel = k.parcel AND d.channel = $1 AND d.state = 'waiting' {OutgoingTables}
ORDER BY d.parcel, d.at, d.id

-- name: OutgoingFresh
-- Everything that waits for the recipients who have waited longest.
SELECT {OutgoingColumns}
FROM (SELECT DISTINCT recipient FROM (
    SELECT recipient FROM deliveries WHERE channel = $1 AND state = 'waiting' AND next_at <= $2 AND parcel IS NULL ORDER BY next_at LIMIT $3) x) k
CROSS JOIN LATERAL (
    SELECT * FROM deliveries d WHERE d.channel = $1 AND d.recipient = k.recipient AND d.state = 'waiting' AND d.parcel IS NULL AND d.next_at <= $2
    ORDER BY d.at, d.id LIMIT $3
) d {OutgoingTables}
ORDER BY d.at, d.id

-- name: BeginAttempts
UPDATE deliveries d SET state = 'attempting', parcel = x.parcel, began_at = now(), attempts = d.attempts + 1
FROM unnest($1::text[], $2::text[]) x(id, parcel) WHERE d.id = x.id AND d.state = 'waiting'

-- name: EndAttempts
UPDATE deliveries d SET state = $2, next_at = COALESCE($3, d.next_at), failures = $4, reason = $5, detail = $6,
    ended_at = CASE WHEN $2 IN ('waiting', 'attempting') THEN NULL ELSE now() END
WHERE d.id = ANY($1::text[]) AND d.state IN ('waiting', 'attempting')

-- name: PostponeDeliveries
UPDATE deliveries d SET next_at = x.next_at FROM unnest($1::text[], $2::timestamptz[]) x(id, next_at) WHERE d.id = x.id AND d.state = 'waiting'

-- name: PostponeRecipient
UPDATE deliveries SET next_at = $3 WHERE channel = $1 AND recipient = $2 AND state = 'waiting' AND next_at < $3

-- name: Deliveries
-- Newest first.
SELECT {DeliveryColumns} FROM deliveries d
LEFT JOIN notifications n ON d.source = 'account' AND n.id = d.notice_id
LEFT JOIN accounts a ON a.id = n.account_id
WHERE (@state::text = '' OR d.state = @state) AND (@channel::text = '' OR d.channel = @channel) AND (@who::text = '' OR d.recipient = @who)
    AND (@first::boolean OR (d.at, d.id) < (@at::timestamptz, @after::text))
ORDER BY d.at DESC, d.id DESC
LIMIT @limit

-- name: Delivery
SELECT {DeliveryColumns} FROM deliveries d
LEFT JOIN notifications n ON d.source = 'account' AND n.id = d.notice_id
LEFT JOIN accounts a ON a.id = n.account_id
WHERE d.id = $1

-- name: LockDelivery
-- With the rest of its parcel: what went out together is handled together.
SELECT d.id, d.state FROM deliveries d
WHERE d.id = $1 OR d.parcel = (SELECT parcel FROM deliveries WHERE id = $1 AND state = 'parked') AND d.state = 'parked'
ORDER BY d.id FOR UPDATE

-- name: ResendDeliveries
UPDATE deliveries SET state = 'waiting', next_at = now(), failures = 0, ended_at = NULL, handled_by = $2, handled_at = now()
WHERE id = ANY($1::text[])

-- name: DropDeliveries
UPDATE deliveries SET state = 'skipped', reason = 'dropped', ended_at = now(), handled_by = $2, handled_at = now() WHERE id = ANY($1::text[])

-- name: ReplayDeliveries
-- What an endpoint got, or did not get, goes out once more under its ID.
UPDATE deliveries SET state = 'waiting', next_at = now(), failures = 0, ended_at = NULL, handled_by = $4, handled_at = now()
WHERE channel = 'webhook' AND recipient = $1 AND at >= $2 AND at < $3 AND state IN ('sent', 'parked', 'skipped')

-- name: ReplayDelivery
UPDATE deliveries SET state = 'waiting', next_at = now(), failures = 0, ended_at = NULL, handled_by = $3, handled_at = now()
WHERE channel = 'webhook' AND recipient = $1 AND id = $2 AND state IN ('sent', 'parked', 'skipped')

-- name: OutboxBetween
SELECT o.position, o.notice_id, o.person_id, o.source, o.at, COALESCE(n.kind, m.kind, '')
FROM (SELECT * FROM outbox WHERE position > $1 AND position <= $5 AND at >= $3 AND at < $4 ORDER BY position LIMIT $2) o
LEFT JOIN notifications n ON o.source = 'account' AND n.id = o.notice_id
LEFT JOIN person_notices m ON o.source = 'person' AND m.id = o.notice_id
ORDER BY o.position

-- name: ParkedDeliveries
SELECT channel, count(*) FROM deliveries WHERE state = 'parked' GROUP BY channel

-- name: SweepDeliveries
-- What still waits, and dead letters, are passed over: they stop nobody behind them.
DELETE FROM deliveries WHERE id IN (SELECT id FROM deliveries WHERE at < $1::timestamptz - interval '90 days' AND state IN ('sent', 'skipped') ORDER BY at, id LIMIT 1000)

-- name: CountDeliveriesOf
SELECT count(*) FROM deliveries WHERE channel = 'webhook' AND recipient = $1
