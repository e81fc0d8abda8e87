-- Places for uploads are things at an upstream too (kind 'upload'), and are forgotten some time after what lay there.
CREATE INDEX upstream_objects_uploads ON upstream_objects (created_at) WHERE kind = 'upload';
