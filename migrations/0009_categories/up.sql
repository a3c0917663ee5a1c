-- The category scheme (分类), what the program suggests for each submission, and what submissions have in common.

CREATE TABLE categories (
    id uuid PRIMARY KEY,
    parent_id uuid REFERENCES categories (id),
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 3),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40 AND name !~ '/'),
    -- The names from level 1 down, joined by "/".
    path text NOT NULL UNIQUE,
    position integer NOT NULL,
    -- A retired one stays for what was put there before.
    active boolean NOT NULL DEFAULT true,
    CHECK ((level = 1) = (parent_id IS NULL)),
    CHECK (array_length(string_to_array(path, '/'), 1) = level)
);
CREATE INDEX categories_parent ON categories (parent_id);

ALTER TABLE submissions
    ADD category_id uuid REFERENCES categories (id),
    ADD categorised_by_account_id uuid REFERENCES accounts (id),
    ADD categorised_at timestamptz,
    ADD CONSTRAINT submissions_category_has_author CHECK (
        num_nonnulls(category_id, categorised_by_account_id, categorised_at) IN (0, 3));
CREATE INDEX submissions_category ON submissions (category_id) WHERE category_id IS NOT NULL;

-- What is still to be read by the program: a row leaves when its suggestion is written.
CREATE TABLE submissions_unread (
    submission_id uuid PRIMARY KEY REFERENCES submissions (id)
);
CREATE FUNCTION note_unread() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO submissions_unread VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER submissions_note_unread AFTER INSERT ON submissions FOR EACH ROW EXECUTE FUNCTION note_unread();
INSERT INTO submissions_unread SELECT id FROM submissions;

-- Many that say the same (热点). What belongs to it stands in submission_suggestions.
CREATE TABLE clusters (
    id uuid PRIMARY KEY,
    county text NOT NULL,
    founded_at timestamptz NOT NULL
);

CREATE TABLE submission_suggestions (
    submission_id uuid PRIMARY KEY REFERENCES submissions (id),
    -- Name of a category of level 1, whether or not the scheme has it; null: the program does not know.
    category text,
    confidence double precision CHECK (confidence BETWEEN 0 AND 1),
    -- The words that spoke most for it.
    reason jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(reason) = 'array'),
    -- Fitting places of the scheme, the best first.
    candidates jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(candidates) = 'array'),
    -- Words of danger: it may be urgent.
    danger jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(danger) = 'array'),
    model text NOT NULL,
    made_at timestamptz NOT NULL,
    cluster_id uuid REFERENCES clusters (id),
    -- When the submission came in, as long as its terms are kept.
    terms_from timestamptz,
    CHECK ((category IS NULL) = (confidence IS NULL))
);
CREATE INDEX submission_suggestions_cluster ON submission_suggestions (cluster_id) WHERE cluster_id IS NOT NULL;
CREATE INDEX submission_suggestions_terms ON submission_suggestions (terms_from) WHERE terms_from IS NOT NULL;

-- The telling words of the last months' submissions: the index answers "what is like this" without reading any text.
CREATE TABLE submission_terms (
    county text NOT NULL,
    term text COLLATE "C" NOT NULL,
    submitted_at timestamptz NOT NULL,
    submission_id uuid NOT NULL REFERENCES submissions (id),
    weight double precision NOT NULL CHECK (weight > 0 AND weight <= 1),
    PRIMARY KEY (submission_id, term)
);
CREATE INDEX submission_terms_like ON submission_terms (county, term, submitted_at DESC) INCLUDE (submission_id, weight);

-- A report on an official is like nothing and belongs to no cluster; what moves to another county is found there.
CREATE FUNCTION keep_terms_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.confidential_region IS NOT NULL THEN
        DELETE FROM submission_terms WHERE submission_id = NEW.id;
        UPDATE submission_suggestions SET cluster_id = NULL, terms_from = NULL WHERE submission_id = NEW.id;
    ELSIF left(NEW.region_code, 6) <> left(OLD.region_code, 6) THEN
        UPDATE submission_terms SET county = left(NEW.region_code, 6) WHERE submission_id = NEW.id;
        UPDATE submission_suggestions SET cluster_id = NULL WHERE submission_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER submissions_keep_terms_true AFTER UPDATE OF confidential_region, region_code ON submissions
    FOR EACH ROW EXECUTE FUNCTION keep_terms_true();
