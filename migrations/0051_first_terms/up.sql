-- Every deputy's first term is written down (届次). Deputies of a directory that was entered whole had none.
INSERT INTO deputy_terms (deputy_id, name, valid_from, valid_until)
SELECT id, '', term_from, term_until FROM deputies
WHERE NOT EXISTS (SELECT FROM deputy_terms WHERE deputy_id = deputies.id);
