DROP TABLE code_scans;
DROP TABLE codes;
