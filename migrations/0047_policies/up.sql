-- 办理时限 narrowed to a kind of matter, a category, an urgency or a division; domain::deadlines::Book says which one holds.
ALTER TABLE deadline_policies
    ADD kind text CHECK (kind IN ('opinion', 'problem', 'suggestion', 'thanks')),
    ADD category_id uuid REFERENCES categories (id),
    ADD urgency text CHECK (urgency IN ('normal', 'urgent', 'hard')),
    ADD region_code text REFERENCES regions (code),
    ALTER amount DROP NOT NULL,
    ALTER unit DROP NOT NULL,
    DROP CONSTRAINT deadline_policies_applies_to_step_effective_from_key,
    -- No length: from this day on what covers more holds again. A general policy is only ever replaced.
    ADD CONSTRAINT deadline_policies_general_has_length CHECK (
        amount IS NOT NULL OR num_nonnulls(kind, category_id, urgency, region_code) > 0),
    ADD CONSTRAINT deadline_policies_length CHECK (num_nonnulls(amount, unit) IN (0, 2)),
    -- 代表法 (2025) Art. 51; the program knows days and working days more exactly.
    ADD CONSTRAINT deadline_policies_law CHECK (
        applies_to IN ('submission', 'office') OR step NOT IN ('answer', 'extend')
        OR amount <= CASE unit WHEN 'months' THEN 3 WHEN 'calendar_days' THEN 92 ELSE 66 END);
-- What is urgent (急事急办) had a step of its own.
UPDATE deadline_policies SET step = 'answer', urgency = 'urgent' WHERE step = 'urgent_answer';
ALTER TABLE deadline_policies
    DROP CONSTRAINT deadline_policies_step_check,
    ADD CONSTRAINT deadline_policies_step_check CHECK (CASE applies_to
        WHEN 'submission' THEN step IN ('answer', 'remind', 'escalate_head', 'escalate', 'escalate_county',
            'auto_close', 'give_info')
        ELSE step IN ('accept', 'answer', 'extend', 'partner', 'redo', 'judge', 'remind', 'escalate_head', 'escalate',
            'escalate_county') END),
    ADD CONSTRAINT deadline_policies_once UNIQUE NULLS NOT DISTINCT
        (applies_to, step, kind, category_id, urgency, region_code, effective_from);

-- 常用答复 of a station; without any those of the nearest division hold.
ALTER TABLE answer_templates
    DROP CONSTRAINT answer_templates_pkey,
    ALTER region_code DROP NOT NULL,
    ADD site_id uuid REFERENCES sites (id),
    ADD CONSTRAINT answer_templates_of_one CHECK (num_nonnulls(region_code, site_id) = 1),
    ADD id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    ADD CONSTRAINT answer_templates_position UNIQUE NULLS NOT DISTINCT (region_code, site_id, position);
