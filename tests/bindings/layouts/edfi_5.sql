-- Demographics of data standards 4 and 5: of the school or of its district.
CREATE TABLE edfi.StudentEducationOrganizationAssociation (EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, HispanicLatinoEthnicity BOOLEAN, LimitedEnglishProficiencyDescriptorId INT, PRIMARY KEY (EducationOrganizationId, StudentUSI));
CREATE TABLE edfi.StudentEducationOrganizationAssociationRace (EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, RaceDescriptorId INT NOT NULL, PRIMARY KEY (EducationOrganizationId, StudentUSI, RaceDescriptorId));
CREATE TABLE edfi.StudentEducationOrganizationAssociationStudentCharacteristic (EducationOrganizationId BIGINT NOT NULL, StudentUSI INT NOT NULL, StudentCharacteristicDescriptorId INT NOT NULL, PRIMARY KEY (EducationOrganizationId, StudentUSI, StudentCharacteristicDescriptorId));
-- 1: Hispanic and White, told by school and district; 2: White and Asian; 3: no answer; 11 to 30 White, of the district
INSERT INTO edfi.StudentEducationOrganizationAssociation VALUES (100, 1, NULL, NULL), (10, 1, TRUE, 30), (100, 2, FALSE, NULL), (100, 3, FALSE, NULL);
INSERT INTO edfi.StudentEducationOrganizationAssociation SELECT 10, g, FALSE, NULL FROM generate_series(11, 30) AS t(g);
INSERT INTO edfi.StudentEducationOrganizationAssociationRace VALUES (100, 1, 20), (10, 1, 20), (100, 2, 20), (100, 2, 21), (100, 3, 22);
INSERT INTO edfi.StudentEducationOrganizationAssociationRace SELECT 10, g, 20 FROM generate_series(11, 30) AS t(g);
INSERT INTO edfi.StudentEducationOrganizationAssociationStudentCharacteristic SELECT 10, g, 40 FROM generate_series(11, 25) AS t(g);
