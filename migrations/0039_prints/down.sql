DROP TABLE print_job_codes, print_jobs, print_designs;
