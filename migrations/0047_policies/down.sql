DELETE FROM answer_templates WHERE site_id IS NOT NULL;
ALTER TABLE answer_templates
    DROP CONSTRAINT answer_templates_position,
    DROP CONSTRAINT answer_templates_of_one,
    DROP COLUMN site_id,
    DROP COLUMN id,
    ALTER region_code SET NOT NULL,
    ADD PRIMARY KEY (region_code, position);

ALTER TABLE deadline_policies
    DROP CONSTRAINT deadline_policies_once,
    DROP CONSTRAINT deadline_policies_step_check,
    DROP CONSTRAINT deadline_policies_law,
    DROP CONSTRAINT deadline_policies_length,
    DROP CONSTRAINT deadline_policies_general_has_length;
UPDATE deadline_policies SET step = 'urgent_answer', urgency = NULL
WHERE applies_to = 'submission' AND step = 'answer' AND urgency = 'urgent'
    AND amount IS NOT NULL AND num_nonnulls(kind, category_id, region_code) = 0;
DELETE FROM deadline_policies WHERE num_nonnulls(kind, category_id, urgency, region_code) > 0;
ALTER TABLE deadline_policies
    DROP COLUMN kind,
    DROP COLUMN category_id,
    DROP COLUMN urgency,
    DROP COLUMN region_code,
    ALTER amount SET NOT NULL,
    ALTER unit SET NOT NULL,
    ADD CONSTRAINT deadline_policies_applies_to_step_effective_from_key UNIQUE (applies_to, step, effective_from),
    ADD CONSTRAINT deadline_policies_step_check CHECK (CASE applies_to
        WHEN 'submission' THEN step IN ('answer', 'urgent_answer', 'remind', 'escalate_head', 'escalate',
            'escalate_county', 'auto_close', 'give_info')
        ELSE step IN ('accept', 'answer', 'extend', 'partner', 'redo', 'judge', 'remind', 'escalate_head', 'escalate',
            'escalate_county') END);
