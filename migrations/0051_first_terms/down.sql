-- What the version before shows by itself where nothing is written down.
DELETE FROM deputy_terms USING deputies
WHERE deputies.id = deputy_id AND deputy_terms.name = '' AND valid_from = term_from
    AND valid_until IS NOT DISTINCT FROM term_until;
