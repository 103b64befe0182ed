-- Tables of an Ed-Fi operational data store that both standards share, with the columns that the bindings read and
-- the keys as published. One high school of one district, ten instructional days.
CREATE SCHEMA edfi;
CREATE TABLE edfi.Descriptor (DescriptorId INT NOT NULL PRIMARY KEY, Namespace VARCHAR(255) NOT NULL, CodeValue VARCHAR(50) NOT NULL);
CREATE TABLE edfi.EducationOrganization (EducationOrganizationId BIGINT NOT NULL PRIMARY KEY, NameOfInstitution VARCHAR(75) NOT NULL);
CREATE TABLE edfi.School (SchoolId BIGINT NOT NULL PRIMARY KEY, CharterStatusDescriptorId INT, LocalEducationAgencyId BIGINT, SchoolTypeDescriptorId INT);
CREATE TABLE edfi.SchoolCategory (SchoolId BIGINT NOT NULL, SchoolCategoryDescriptorId INT NOT NULL, PRIMARY KEY (SchoolId, SchoolCategoryDescriptorId));
CREATE TABLE edfi.Session (SchoolId BIGINT NOT NULL, SchoolYear SMALLINT NOT NULL, SessionName VARCHAR(60) NOT NULL, BeginDate DATE NOT NULL, EndDate DATE NOT NULL, TotalInstructionalDays INT NOT NULL, PRIMARY KEY (SchoolId, SchoolYear, SessionName));
CREATE TABLE edfi.CalendarDate (CalendarCode VARCHAR(60) NOT NULL, Date DATE NOT NULL, SchoolId BIGINT NOT NULL, SchoolYear SMALLINT NOT NULL, PRIMARY KEY (CalendarCode, Date, SchoolId, SchoolYear));
CREATE TABLE edfi.CalendarDateCalendarEvent (CalendarCode VARCHAR(60) NOT NULL, Date DATE NOT NULL, SchoolId BIGINT NOT NULL, SchoolYear SMALLINT NOT NULL, CalendarEventDescriptorId INT NOT NULL, PRIMARY KEY (CalendarCode, Date, SchoolId, SchoolYear, CalendarEventDescriptorId));
CREATE TABLE edfi.Student (StudentUSI INT NOT NULL PRIMARY KEY, StudentUniqueId VARCHAR(32) NOT NULL);
CREATE TABLE edfi.StudentSchoolAssociation (EntryDate DATE NOT NULL, SchoolId BIGINT NOT NULL, StudentUSI INT NOT NULL, CalendarCode VARCHAR(60), EntryGradeLevelDescriptorId INT NOT NULL, ExitWithdrawDate DATE, PrimarySchool BOOLEAN, SchoolYear SMALLINT, PRIMARY KEY (EntryDate, SchoolId, StudentUSI));
CREATE TABLE edfi.StudentSchoolAttendanceEvent (AttendanceEventCategoryDescriptorId INT NOT NULL, EventDate DATE NOT NULL, SchoolId BIGINT NOT NULL, SchoolYear SMALLINT NOT NULL, SessionName VARCHAR(60) NOT NULL, StudentUSI INT NOT NULL, EventDuration DECIMAL(3, 2), PRIMARY KEY (AttendanceEventCategoryDescriptorId, EventDate, SchoolId, SchoolYear, SessionName, StudentUSI));
CREATE TABLE edfi.StudentSpecialEducationProgramAssociation (BeginDate DATE NOT NULL, EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, SpecialEducationExitDate DATE);
CREATE TABLE edfi.DisciplineAction (DisciplineActionIdentifier VARCHAR(36) NOT NULL, DisciplineDate DATE NOT NULL, StudentUSI INT NOT NULL, ActualDisciplineActionLength DECIMAL(5, 2), DisciplineActionLength DECIMAL(5, 2), ResponsibilitySchoolId BIGINT NOT NULL, PRIMARY KEY (DisciplineActionIdentifier, DisciplineDate, StudentUSI));
CREATE TABLE edfi.DisciplineActionDiscipline (DisciplineActionIdentifier VARCHAR(36) NOT NULL, DisciplineDate DATE NOT NULL, StudentUSI INT NOT NULL, DisciplineDescriptorId INT NOT NULL, PRIMARY KEY (DisciplineActionIdentifier, DisciplineDate, StudentUSI, DisciplineDescriptorId));
CREATE TABLE edfi.StudentAssessment (AssessmentIdentifier VARCHAR(60) NOT NULL, Namespace VARCHAR(255) NOT NULL, StudentAssessmentIdentifier VARCHAR(60) NOT NULL, StudentUSI INT NOT NULL, AdministrationDate TIMESTAMP, ReasonNotTestedDescriptorId INT, ReportedSchoolId BIGINT, SchoolYear SMALLINT, WhenAssessedGradeLevelDescriptorId INT, PRIMARY KEY (AssessmentIdentifier, Namespace, StudentAssessmentIdentifier, StudentUSI));
CREATE TABLE edfi.AssessmentAcademicSubject (AssessmentIdentifier VARCHAR(60) NOT NULL, Namespace VARCHAR(255) NOT NULL, AcademicSubjectDescriptorId INT NOT NULL);
CREATE TABLE edfi.StudentAssessmentScoreResult (AssessmentIdentifier VARCHAR(60) NOT NULL, Namespace VARCHAR(255) NOT NULL, StudentAssessmentIdentifier VARCHAR(60) NOT NULL, StudentUSI INT NOT NULL, AssessmentReportingMethodDescriptorId INT NOT NULL, Result VARCHAR(35) NOT NULL);
CREATE TABLE edfi.StudentAssessmentPerformanceLevel (AssessmentIdentifier VARCHAR(60) NOT NULL, Namespace VARCHAR(255) NOT NULL, StudentAssessmentIdentifier VARCHAR(60) NOT NULL, StudentUSI INT NOT NULL, AssessmentReportingMethodDescriptorId INT NOT NULL, PerformanceLevelDescriptorId INT NOT NULL);

INSERT INTO edfi.Descriptor VALUES
  (1, 'uri://ed-fi.org/GradeLevelDescriptor', 'Ninth grade'), (2, 'uri://ed-fi.org/GradeLevelDescriptor', 'Eleventh grade'),
  (3, 'uri://ed-fi.org/SchoolCategoryDescriptor', 'High School'), (4, 'uri://ed-fi.org/CharterStatusDescriptor', 'Not a Charter School'),
  (5, 'uri://ed-fi.org/SchoolTypeDescriptor', 'Regular'),
  (6, 'uri://ed-fi.org/CalendarEventDescriptor', 'Instructional day'), (7, 'uri://ed-fi.org/CalendarEventDescriptor', 'Holiday'),
  (8, 'uri://ed-fi.org/CalendarEventDescriptor', 'Make-up day'),
  (10, 'uri://ed-fi.org/AttendanceEventCategoryDescriptor', 'Excused Absence'),
  (11, 'uri://ed-fi.org/AttendanceEventCategoryDescriptor', 'Unexcused Absence'),
  (12, 'uri://ed-fi.org/AttendanceEventCategoryDescriptor', 'Tardy'),
  (20, 'uri://ed-fi.org/RaceDescriptor', 'White'), (21, 'uri://ed-fi.org/RaceDescriptor', 'Asian'),
  (22, 'uri://ed-fi.org/RaceDescriptor', 'Choose Not to Respond'),
  (30, 'uri://ed-fi.org/LimitedEnglishProficiencyDescriptor', 'Limited'),
  (40, 'uri://ed-fi.org/StudentCharacteristicDescriptor', 'Economic Disadvantaged'),
  (41, 'uri://ed-fi.org/EconomicDisadvantageDescriptor', 'Eligible For Free Meals'),
  (42, 'uri://ed-fi.org/EconomicDisadvantageDescriptor', 'Not Qualified As Economically Disadvantaged'),
  (50, 'uri://ed-fi.org/DisciplineDescriptor', 'Out of School Suspension'),
  (51, 'uri://ed-fi.org/DisciplineDescriptor', 'Community Service'), (52, 'uri://ed-fi.org/DisciplineDescriptor', 'In School Suspension'),
  (60, 'uri://ed-fi.org/AcademicSubjectDescriptor', 'English Language Arts'),
  (61, 'uri://ed-fi.org/AssessmentReportingMethodDescriptor', 'Scale score'),
  (62, 'uri://ed-fi.org/AssessmentReportingMethodDescriptor', 'Proficiency level'),
  (63, 'uri://ed-fi.org/PerformanceLevelDescriptor', 'Level 1'), (64, 'uri://ed-fi.org/PerformanceLevelDescriptor', 'Level 3');
INSERT INTO edfi.EducationOrganization VALUES (10, 'Valley Unified'), (100, 'Valley High');
INSERT INTO edfi.School VALUES (100, 4, 10, 5);
INSERT INTO edfi.SchoolCategory VALUES (100, 3);
INSERT INTO edfi.Session VALUES (100, 2025, 'Fall', '2024-09-02', '2024-09-14', 10);
-- Monday 2 September is a holiday, Saturday 14 a make-up day: 4 + 5 + 1 days
INSERT INTO edfi.CalendarDate SELECT 'C', CAST(d AS DATE), 100, 2025 FROM (VALUES ('2024-09-02'), ('2024-09-03'), ('2024-09-04'), ('2024-09-05'), ('2024-09-06'), ('2024-09-09'), ('2024-09-10'), ('2024-09-11'), ('2024-09-12'), ('2024-09-13'), ('2024-09-14')) AS t(d);
INSERT INTO edfi.CalendarDateCalendarEvent SELECT CalendarCode, Date, SchoolId, SchoolYear, CASE WHEN Date = DATE '2024-09-02' THEN 7 WHEN Date = DATE '2024-09-14' THEN 8 ELSE 6 END FROM edfi.CalendarDate;
INSERT INTO edfi.Student SELECT g, 'S' || CAST(g AS VARCHAR(5)) FROM generate_series(1, 30) AS t(g) WHERE g <= 4 OR g >= 11;
-- 1: the whole time; 2: three days, with no school year; 3: another school's student; 4: the whole time; 11 to 30: no absence
INSERT INTO edfi.StudentSchoolAssociation VALUES
  ('2024-09-02', 100, 1, 'C', 1, NULL, TRUE, 2025), ('2024-09-09', 100, 2, NULL, 1, '2024-09-11', NULL, NULL),
  ('2024-09-02', 100, 3, 'C', 1, NULL, FALSE, 2025), ('2024-09-02', 100, 4, 'C', 1, NULL, TRUE, 2025);
INSERT INTO edfi.StudentSchoolAssociation SELECT DATE '2024-09-02', 100, g, 'C', 2, NULL, TRUE, 2025 FROM generate_series(11, 30) AS t(g);
-- absent: 1 one day and a half (and late once), 2 one day (and one before the entry), 3 one day, 4 one day by two events
INSERT INTO edfi.StudentSchoolAttendanceEvent VALUES
  (10, '2024-09-03', 100, 2025, 'Fall', 1, NULL), (11, '2024-09-04', 100, 2025, 'Fall', 1, 0.5), (12, '2024-09-05', 100, 2025, 'Fall', 1, 1),
  (11, '2024-09-10', 100, 2025, 'Fall', 2, 1), (10, '2024-09-03', 100, 2025, 'Fall', 2, 1), (11, '2024-09-10', 100, 2025, 'Fall', 3, 1),
  (10, '2024-09-12', 100, 2025, 'Fall', 4, 0.5), (11, '2024-09-12', 100, 2025, 'Fall', 4, 1);
INSERT INTO edfi.StudentSpecialEducationProgramAssociation VALUES ('2024-09-02', 100, 1, NULL), ('2023-09-02', 100, 4, '2024-06-01');
-- suspended: 1 (two disciplines of one action) and 3; 2 does community service
INSERT INTO edfi.DisciplineAction VALUES ('A1', '2024-09-05', 1, 2, 3, 100), ('A2', '2024-09-10', 2, NULL, 1, 100), ('A3', '2024-09-10', 3, NULL, NULL, 100);
INSERT INTO edfi.DisciplineActionDiscipline VALUES ('A1', '2024-09-05', 1, 50), ('A1', '2024-09-05', 1, 51), ('A2', '2024-09-10', 2, 51), ('A3', '2024-09-10', 3, 52);
-- 15 of 20 students of grade 11 reach level 3; student 30 was not tested
INSERT INTO edfi.AssessmentAcademicSubject VALUES ('ELA11', 'uri://test', 60);
INSERT INTO edfi.StudentAssessment SELECT 'ELA11', 'uri://test', 'R' || CAST(g AS VARCHAR(5)), g, TIMESTAMP '2025-04-15 09:00:00', CASE WHEN g = 30 THEN 1 END, 100, CASE WHEN g > 20 THEN 2025 END, 2 FROM generate_series(11, 30) AS t(g);
INSERT INTO edfi.StudentAssessmentScoreResult SELECT 'ELA11', 'uri://test', 'R' || CAST(g AS VARCHAR(5)), g, 61, CAST(2500 + g AS VARCHAR(10)) FROM generate_series(11, 29) AS t(g);
INSERT INTO edfi.StudentAssessmentPerformanceLevel SELECT 'ELA11', 'uri://test', 'R' || CAST(g AS VARCHAR(5)), g, 62, CASE WHEN g <= 25 THEN 64 ELSE 63 END FROM generate_series(11, 29) AS t(g);
