-- Tables of the EDU warehouse with the columns that the binding reads: 22 students of one school.
CREATE SCHEMA prod_wh;
CREATE TABLE prod_wh.dim_lea (k_lea VARCHAR(32), lea_id INT, lea_name VARCHAR(75));
CREATE TABLE prod_wh.dim_school (k_school VARCHAR(32), school_id INT, school_name VARCHAR(75), school_category VARCHAR(50), school_type VARCHAR(50), charter_status VARCHAR(50), lea_id INT);
CREATE TABLE prod_wh.dim_student (k_student VARCHAR(32), school_year INT, student_unique_id VARCHAR(32), race_ethnicity VARCHAR(50), lep_code VARCHAR(50), is_special_education_annual BOOLEAN);
CREATE TABLE prod_wh.fct_student_school_association (k_student VARCHAR(32), k_school VARCHAR(32), school_year INT, entry_date DATE, exit_withdraw_date DATE, entry_grade_level VARCHAR(50), is_primary_school BOOLEAN, is_latest_annual_entry BOOLEAN);
CREATE TABLE prod_wh.msr_student_cumulative_attendance (k_student VARCHAR(32), k_school VARCHAR(32), school_year INT, days_enrolled DECIMAL(9, 2), days_attended DECIMAL(9, 2), days_absent DECIMAL(9, 2));
CREATE TABLE prod_wh.fct_student_daily_attendance (k_student VARCHAR(32), k_school VARCHAR(32), school_year INT, calendar_date DATE, is_absent DECIMAL(3, 2), is_enrolled DECIMAL(3, 2), attendance_excusal_status VARCHAR(50));
CREATE TABLE prod_wh.fct_student_discipline_actions (k_student VARCHAR(32), k_school VARCHAR(32), discipline_action_id VARCHAR(36), discipline_date DATE, discipline_action VARCHAR(50), actual_discipline_action_length DECIMAL(5, 2), discipline_action_length DECIMAL(5, 2), is_oss INT, is_iss INT, is_exp INT);
INSERT INTO prod_wh.dim_lea VALUES ('l', 10, 'Valley Unified');
INSERT INTO prod_wh.dim_school VALUES ('h', 100, 'Valley High', 'High School', 'Regular', NULL, 10);
INSERT INTO prod_wh.dim_student SELECT 'k' || CAST(g AS VARCHAR(5)), 2025, 'S' || CAST(g AS VARCHAR(5)), CASE WHEN g = 1 THEN 'Latino' ELSE 'White' END, CASE WHEN g = 1 THEN 'Limited' ELSE 'NotLimited' END, FALSE FROM generate_series(1, 22) AS t(g);
-- student 1 left and came back: two enrollments, one row of attendance
INSERT INTO prod_wh.fct_student_school_association VALUES ('k1', 'h', 2025, '2024-08-15', '2024-10-01', 'Ninth grade', TRUE, FALSE);
INSERT INTO prod_wh.fct_student_school_association SELECT 'k' || CAST(g AS VARCHAR(5)), 'h', 2025, DATE '2024-11-01', NULL, 'Ninth grade', g <> 22, TRUE FROM generate_series(1, 22) AS t(g);
INSERT INTO prod_wh.msr_student_cumulative_attendance SELECT 'k' || CAST(g AS VARCHAR(5)), 'h', 2025, 100, CASE WHEN g = 1 THEN 80.5 ELSE 99 END, CASE WHEN g = 1 THEN 19.5 ELSE 1 END FROM generate_series(1, 22) AS t(g);
INSERT INTO prod_wh.fct_student_daily_attendance VALUES ('k1', 'h', 2025, '2024-11-04', 0.5, 1, 'Unexcused'), ('k1', 'h', 2025, '2024-11-05', 0, 1, NULL), ('k1', 'h', 2025, '2024-10-15', 0, 0, NULL);
INSERT INTO prod_wh.fct_student_discipline_actions VALUES ('k1', 'h', 'A1', '2024-11-04', 'Out of School Suspension', 2, 3, 1, 0, 0), ('k2', 'h', 'A2', '2024-11-04', 'Detention', NULL, 1, 0, 0, 0), ('k22', 'h', 'A3', '2024-11-04', 'In School Suspension', NULL, NULL, 0, 1, 0);
